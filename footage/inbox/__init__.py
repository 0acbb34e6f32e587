"""What readers ask of the archive, sealed on its way in.

The public side (`receiving`, `outcomes`) writes messages and never reads one; the staff side
(`desk`) opens them. Both know the tables in `models`; `rights` says what a public process may do.
"""
