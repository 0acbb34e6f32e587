"""The WSGI entry point (`gunicorn aleppo_archive.wsgi`)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "aleppo_archive.settings")

application = get_wsgi_application()
