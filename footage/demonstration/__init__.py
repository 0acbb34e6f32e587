"""A demonstration collection: invented people, slates in place of footage, every record marked.

It goes in through the doors that archivists use, so that loading it is also a rehearsal of them.
"""
