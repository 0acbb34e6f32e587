"""How gunicorn runs the archive, found by itself when it is started in this directory.

What stands on its command line counts more (`--bind`, `--workers`, `--threads`). X-Forwarded-Proto
is believed from FORWARDED_ALLOW_IPS alone, by default this machine; no other such header is.
"""

from gunicorn.http import wsgi

from aleppo_archive.web_server import ArchiveWorker, named_nothing

wsgi.Response.default_headers = named_nothing

worker_class = ArchiveWorker
threads = 32
timeout = 30
# Longest request line, most header lines, longest header line; beyond: 414, 431.
limit_request_line = 8190
limit_request_fields = 60
limit_request_field_size = 8190
secure_scheme_headers = {"X-FORWARDED-PROTO": "https"}
forwarder_headers = ""
control_socket_disable = True
