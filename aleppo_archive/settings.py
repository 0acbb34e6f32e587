"""Settings of the archive. Every one comes from the environment and has a working default.

Without any environment: SQLite, local files and kept keys below `./var`. docs/settings.md lists
each variable; a test fails when one is missing there.
"""

import secrets
from pathlib import Path

from django.utils.translation import gettext_lazy as _
from environs import Env

from aleppo_archive.environment import accel_location, kept_secret, storage_from

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()

# --- Where the archive lives -----------------------------------------------------------------
ARCHIVE_DATA = Path(env.str("ARCHIVE_DATA", str(BASE_DIR / "var"))).resolve()
ARCHIVE_DATA.mkdir(parents=True, exist_ok=True)
KEPT_KEYS = ARCHIVE_DATA / "keys"

# "both" serves readers and staff, "public" readers only (no key is read), "staff" staff only.
ARCHIVE_SITE = env.str("ARCHIVE_SITE", "both")
SERVES_PUBLIC = ARCHIVE_SITE in {"both", "public"}
SERVES_STAFF = ARCHIVE_SITE in {"both", "staff"}

# The demonstration: fictional records, known sign-ins, no second factor. Never for real footage.
ARCHIVE_DEMONSTRATION = env.bool("ARCHIVE_DEMONSTRATION", False)

DEBUG = env.bool("DEBUG", False)
# A public process signs nothing and keeps nothing: Django's key is a new one at each start.
SECRET_KEY = (
    env.str("SECRET_KEY", "") or kept_secret(KEPT_KEYS, "secret-key")
    if SERVES_STAFF
    else secrets.token_urlsafe(50)
)
ALLOWED_HOSTS = [host.strip() for host in env.list("ALLOWED_HOSTS", ["127.0.0.1", "localhost"])]
# Scheme and host under which readers reach the archive; https here turns on the transport settings.
BASE_URL = env.str("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
# Where readers write about somebody's safety; shown on /safety/.
ARCHIVE_CONTACT = env.str("ARCHIVE_CONTACT", "")

# Sealing keys, newest first; older ones only open what they sealed. None in the public process.
ARCHIVE_KEYS: list[str] = []
if SERVES_STAFF:
    ARCHIVE_KEYS = env.list("ARCHIVE_KEYS", []) or [kept_secret(KEPT_KEYS, "sealing-key")]

# --- The house -------------------------------------------------------------------------------
ROOT_URLCONF = "aleppo_archive.urls"
WSGI_APPLICATION = "aleppo_archive.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "aleppo_archive.apps.WorkshopAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_tasks",
    "django_tasks_db",
    "simple_history",
    "people",
    "footage.custody",
    "footage.ingest",
    "footage.catalogue",
    "footage.inbox",
    "footage",
]

# A public process has no admin, no session and no sign-in; what is left answers readers alike.
STAFF_APPS = {
    "aleppo_archive.apps.WorkshopAdminConfig",
    "django.contrib.sessions",
    "django.contrib.messages",
    "allauth",
    "allauth.account",
    "allauth.mfa",
}
if not SERVES_STAFF:
    INSTALLED_APPS = [app for app in INSTALLED_APPS if app not in STAFF_APPS]

MIDDLEWARE = [
    "aleppo_archive.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "footage.catalogue.packing.PackingMiddleware",
    "aleppo_archive.sign_in.StaffSessionMiddleware",
    "footage.reading_room.middleware.ReaderLanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "aleppo_archive.sign_in.SecondFactorMiddleware",
    "aleppo_archive.maintenance.ReadOnlyMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
]
# Frames are refused by HeadersMiddleware, on every answer.
SILENCED_SYSTEM_CHECKS = ["security.W002"]
STAFF_MIDDLEWARE = {
    "aleppo_archive.sign_in.StaffSessionMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "aleppo_archive.sign_in.SecondFactorMiddleware",
    "aleppo_archive.maintenance.ReadOnlyMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
}
if not SERVES_STAFF:
    MIDDLEWARE = [each for each in MIDDLEWARE if each not in STAFF_MIDDLEWARE]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "footage.ingest.space.banner",
            ],
        },
    },
    # Readers' pages: no context processor, so no template of theirs can reach the user, the
    # session or a message, and none costs a query.
    {
        "NAME": "public",
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "libraries": {"reading": "footage.reading_room.template_tags"},
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    },
]

# --- Database and storage --------------------------------------------------------------------
DATABASES = {
    "default": env.dj_db_url(
        "DATABASE_URL", f"sqlite:///{ARCHIVE_DATA / 'archive.sqlite3'}", conn_max_age=60
    )
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        # recursive_triggers: without it INSERT OR REPLACE passes the append-only triggers.
        # secure_delete: what is deleted is overwritten, not only forgotten.
        "init_command": (
            "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA recursive_triggers=ON;"
            "PRAGMA secure_delete=ON"
        ),
    }
# The PostgreSQL role of the public process, made and checked by the staff side.
PUBLIC_DATABASE_ROLE = env.str("PUBLIC_DATABASE_ROLE", "archive_public")

STORAGES = {
    # Masters: never served, written by footage.ingest alone.
    "masters": storage_from(env.str("MASTERS_STORAGE", str(ARCHIVE_DATA / "masters"))),
    # Posters and playable copies of drafts, for staff.
    "working": storage_from(env.str("WORKING_STORAGE", str(ARCHIVE_DATA / "working"))),
    # Access copies of what is published.
    "access": storage_from(env.str("ACCESS_STORAGE", str(ARCHIVE_DATA / "access"))),
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STORAGES["default"] = STORAGES["working"]
# A second copy of every master, best on another machine. None without it.
if mirror := env.str("MIRROR_STORAGE", ""):
    STORAGES["mirror"] = storage_from(mirror)
# A public process does not even know where masters and drafts are.
if not SERVES_STAFF:
    STORAGES = {alias: STORAGES[alias] for alias in ("access", "staticfiles")}
    STORAGES["default"] = STORAGES["access"]

# Behind nginx: the internal location under which it finds the directory of access copies, to send
# them itself after our row check. Empty: the archive sends them.
ACCESS_ACCEL = accel_location(env.str("ACCESS_ACCEL", ""), STORAGES["access"])

STATIC_URL = "/static/"
STATIC_ROOT = ARCHIVE_DATA / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_USE_FINDERS = DEBUG
# Only the archive's own pages use them.
WHITENOISE_ALLOW_ALL_ORIGINS = False

# --- Taking in -------------------------------------------------------------------------------
GIGABYTE = 10**9
MASTER_MAX_BYTES = int(env.float("MASTER_MAX_GB", 20) * GIGABYTE)
# What one archivist may have under way at once.
UPLOAD_QUOTA_BYTES = int(env.float("UPLOAD_QUOTA_GB", 200) * GIGABYTE)
# An upload without a byte for so long is given up.
UPLOAD_DAYS = env.float("UPLOAD_DAYS", 7)
# What stays free on the disk of the masters: beyond it nothing is taken in, and reading goes on.
DISK_RESERVE_BYTES = int(env.float("DISK_RESERVE_GB", 1) * GIGABYTE)
# Maintenance: nothing is written, readers read on.
ARCHIVE_READONLY = env.bool("ARCHIVE_READONLY", False)

# A master is gigabytes: Django's own upload handlers are for the small forms only.
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 2**20
if SERVES_STAFF:
    FILE_UPLOAD_TEMP_DIR = str(ARCHIVE_DATA / "incoming")
    Path(FILE_UPLOAD_TEMP_DIR).mkdir(exist_ok=True)

# --- Background work -------------------------------------------------------------------------
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": []}}

# --- Language and time -----------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("ar", _("Arabic"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- Sign-in ---------------------------------------------------------------------------------
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "aleppo_archive.passwords.GuessedFirstValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "admin:index"
ACCOUNT_ADAPTER = "aleppo_archive.sign_in.StaffAccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = True
# How many proxies stand before the archive; each adds whom it answers to X-Forwarded-For. Wrong
# passwords are counted by that address, in this process's memory (Django's default cache), and
# nowhere else.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXIES", 0)
ACCOUNT_RATE_LIMITS = {"login_failed": "20/m/ip,5/5m/key"}
MFA_ADAPTER = "aleppo_archive.sign_in.SealedFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_TOTP_ISSUER = "Aleppo archive"
MFA_TOTP_TOLERANCE = 1
# Signed out after so long without a request, and so long after the sign-in at the latest.
STAFF_IDLE_MINUTES = env.float("STAFF_IDLE_MINUTES", 60)
STAFF_SESSION_HOURS = env.float("STAFF_SESSION_HOURS", 12)
SESSION_COOKIE_AGE = int(STAFF_SESSION_HOURS * 3600)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_PATH = "/admin/"
CSRF_COOKIE_PATH = "/admin/"
LANGUAGE_COOKIE_PATH = "/admin/"
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
# The default keeps messages in a cookie of its own, whose path is always "/".
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- The web ---------------------------------------------------------------------------------
# aleppo_archive.headers puts these on every answer. Nothing inline, nothing from elsewhere.
CONTENT_SECURITY_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self'",
    "media-src": "'self'",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
    # Readers' scripts build no markup out of text.
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",
}
# The scripts of Django's admin do, and the QR code for an authenticator app is inside its page.
STAFF_SECURITY_POLICY = {**CONTENT_SECURITY_POLICY, "img-src": "'self' data:"}
for directive in ("require-trusted-types-for", "trusted-types"):
    del STAFF_SECURITY_POLICY[directive]
if BASE_URL.startswith("https://"):
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 2 * 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = True
    CSRF_COOKIE_SECURE = True
    LANGUAGE_COOKIE_SECURE = True
    # Browsers take a cookie of such a name over https alone. (__Host- would ask for the path "/",
    # and readers are to carry none.)
    SESSION_COOKIE_NAME = "__Secure-sessionid"
    CSRF_COOKIE_NAME = "__Secure-csrftoken"
    LANGUAGE_COOKIE_NAME = "__Secure-language"
    CSRF_TRUSTED_ORIGINS = [BASE_URL]

email = env.dj_email_url("EMAIL_URL", "console://")
EMAIL_BACKEND = email["EMAIL_BACKEND"]
EMAIL_HOST = email.get("EMAIL_HOST", "")
EMAIL_PORT = email.get("EMAIL_PORT") or 25
EMAIL_HOST_USER = email.get("EMAIL_HOST_USER", "")
EMAIL_HOST_PASSWORD = email.get("EMAIL_HOST_PASSWORD", "")
EMAIL_USE_TLS = email.get("EMAIL_USE_TLS", False)
EMAIL_USE_SSL = email.get("EMAIL_USE_SSL", False)

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "{levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {"aleppo_archive.sign_in": {"level": "INFO"}},
}
