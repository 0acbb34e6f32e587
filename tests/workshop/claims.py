"""Who may ask for what: every address and every admin action of the archive, for every role.

How to claim. Whoever adds a route or an admin action adds one line here, or
tests/workshop/test_permissions.py fails and names what is missing.

- A route is named as `reverse()` names it ("admin:footage_clip_publish"), one without a name by
  its path template. Add it to CLAIMS as `Claim(reads, acts)`: `reads` are the roles that GET and
  HEAD answer, `acts` those whose POST is let in (as `reads` when left out; NOBODY for a page that
  only shows). Everybody else is refused: 403, or the sign-in for a stranger. Other methods than
  GET, HEAD and POST are refused to everybody unless `methods` names them.
- `of` says which thing of `things.py` fills the route's parameters; without it the one under the
  model's name ("footage_clip" for "admin:footage_clip_publish"). A new model needs a thing there.
- `status` is what GET answers to who may read (200).
- A page for readers, open to all and the same for all, goes into READERS; with POST, into INBOX,
  or into ASKED_BY_POST when a POST takes nothing in and only asks.
- An admin action goes into ACTIONS as "app_model.action": roles.
- A model's history follows its change page; its delete page is nobody's; neither is listed.
"""

from dataclasses import dataclass, field

from people.roles import ROLES

ARCHIVIST, CATALOGUER, PUBLISHER = "archivist", "cataloguer", "publisher"
CUSTODIAN, PRESERVER = "custodian", "preservation-officer"
AUDITOR, ADMINISTRATOR = "auditor", "administrator"
# What runs without a person. It has no account; here, somebody signed in who holds what it holds.
WORKER = "worker"
STRANGER = "stranger"

EVERYBODY = {role.code for role in ROLES} | {WORKER}
NOBODY: set[str] = set()
DESCRIBERS = {ARCHIVIST, CATALOGUER, PUBLISHER}
READ = DESCRIBERS | {CUSTODIAN}
SEE_CLIPS = READ | {PRESERVER, AUDITOR}
PUBLISHERS = {PUBLISHER, CUSTODIAN}
HANDLE_PEOPLE = {ARCHIVIST, CUSTODIAN}
ANYBODY = EVERYBODY | {STRANGER}
# One's own sign-in leads on by redirects, and asks for the password again.
ANY = 0


@dataclass(frozen=True)
class Claim:
    """Who may ask for one address, and by which methods."""

    reads: set[str]
    acts: set[str] | None = None
    of: str = ""
    status: int = 200
    methods: frozenset[str] = field(default_factory=lambda: frozenset({"POST"}))

    @property
    def acting(self) -> set[str]:
        return self.reads if self.acts is None else self.acts


def model(
    name: str, reads: set[str], *, changes: set[str], adds: set[str] = NOBODY
) -> dict[str, Claim]:
    """The list, add and change pages of one model. Posting to the list runs one of ACTIONS."""
    return {
        f"admin:{name}_changelist": Claim(reads),
        f"admin:{name}_add": Claim(adds),
        f"admin:{name}_change": Claim(reads, changes),
    }


def public_verbs(name: str, reads: set[str]) -> dict[str, Claim]:
    """What a described thing (clip, testimony) can be asked to become."""
    return {
        f"admin:{name}_publish": Claim(PUBLISHERS),
        f"admin:{name}_revise": Claim(PUBLISHERS, of=f"{name} live"),
        f"admin:{name}_withdraw": Claim(PUBLISHERS, of=f"{name} live"),
        f"admin:{name}_reinstate": Claim(PUBLISHERS, of=f"{name} withdrawn"),
        f"admin:{name}_preview": Claim(reads, of=f"{name} preview"),
    }


CLAIMS: dict[str, Claim] = {
    "admin:index": Claim(EVERYBODY),
    # --- Footage
    **model("footage_clip", SEE_CLIPS, adds={ARCHIVIST}, changes=DESCRIBERS),
    **public_verbs("footage_clip", SEE_CLIPS),
    "admin:footage_clip_upload": Claim({ARCHIVIST}),
    "admin:footage_clip_describe": Claim(SEE_CLIPS),
    "admin:footage_clip_replace": Claim({ARCHIVIST}),
    "admin:footage_clip_discard": Claim({ARCHIVIST}),
    "admin:footage_clip_look_again": Claim({ARCHIVIST, PRESERVER}),
    "admin:footage_clip_working": Claim(SEE_CLIPS, of="working copy"),
    "admin:footage_clip_use_suggestion": Claim(SEE_CLIPS, DESCRIBERS, of="suggestion", status=302),
    **model("footage_nearduplicate", READ, changes=DESCRIBERS),
    "admin:footage_nearduplicate_frames": Claim(READ, of="frames"),
    **model("footage_testimony", READ | {AUDITOR}, adds=DESCRIBERS, changes=DESCRIBERS),
    **public_verbs("footage_testimony", READ | {AUDITOR}),
    **model("footage_transcript", READ, adds=DESCRIBERS, changes=DESCRIBERS),
    **model("footage_location", READ, adds={CATALOGUER}, changes={CATALOGUER}),
    "admin:footage_location_publish_name": Claim(PUBLISHERS),
    **model("footage_event", READ, adds=DESCRIBERS, changes=DESCRIBERS),
    "admin:footage_event_publish_name": Claim(PUBLISHERS),
    **model("footage_film", READ, adds=DESCRIBERS, changes=DESCRIBERS),
    "admin:footage_film_publish_name": Claim(PUBLISHERS),
    # --- People
    **model("people_journalist", READ, adds=HANDLE_PEOPLE, changes=HANDLE_PEOPLE),
    "admin:people_journalist_publish_name": Claim(PUBLISHERS),
    "admin:people_journalist_sealed": Claim({CUSTODIAN}),
    "admin:people_journalist_find": Claim({CUSTODIAN}),
    "admin:people_journalist_consent": Claim(HANDLE_PEOPLE),
    **model("people_witness", READ, adds=HANDLE_PEOPLE, changes=HANDLE_PEOPLE),
    "admin:people_witness_publish_name": Claim(PUBLISHERS),
    "admin:people_witness_sealed": Claim({CUSTODIAN}),
    "admin:people_witness_find": Claim({CUSTODIAN}),
    "admin:people_witness_consent": Claim(HANDLE_PEOPLE),
    # --- Acts of two persons: open to whoever may be the one or the other, of their acts alone
    "admin:footage_twopersonrequest_changelist": Claim(PUBLISHERS | {AUDITOR, ADMINISTRATOR}),
    "admin:footage_twopersonrequest_add": Claim(NOBODY),
    "admin:footage_twopersonrequest_change": Claim({CUSTODIAN, AUDITOR}, NOBODY),
    "admin:footage_twopersonrequest_agree": Claim({CUSTODIAN}),
    "admin:footage_twopersonrequest_refuse": Claim({CUSTODIAN}),
    # --- What readers ask
    **model("inbox_message", PUBLISHERS, changes=NOBODY),
    **{
        f"admin:inbox_message_{act}": Claim(PUBLISHERS)
        for act in ("take", "open", "hide", "answer")
    },
    # --- Holdings and their chain
    **model("ingest_deaccession", {ARCHIVIST, PRESERVER, AUDITOR}, changes={PRESERVER}),
    "admin:ingest_deaccession_grant": Claim({PRESERVER}),
    "admin:ingest_deaccession_refuse": Claim({PRESERVER}),
    **model("custody_custodyevent", {PRESERVER, AUDITOR}, changes=NOBODY),
    "admin:custody_custodyevent_export": Claim({PRESERVER, AUDITOR}),
    "uploads": Claim({ARCHIVIST}, methods=frozenset({"POST", "OPTIONS"})),
    "uploads_held": Claim({ARCHIVIST}, NOBODY, of="digest"),
    # Somebody else's upload does not exist.
    "upload": Claim(
        {ARCHIVIST}, of="upload", status=404, methods=frozenset({"OPTIONS", "PATCH", "DELETE"})
    ),
    # --- Staff
    **model("auth_user", {ADMINISTRATOR}, adds={ADMINISTRATOR}, changes={ADMINISTRATOR}),
    "admin:auth_user_invite": Claim({ADMINISTRATOR}, of="invited"),
    "admin:auth_user_lost_factor": Claim({ADMINISTRATOR}),
    "admin:auth_user_reset_password": Claim({ADMINISTRATOR}),
    "admin:auth_user_make_custodian": Claim({ADMINISTRATOR}),
    "admin:auth_user_make_administrator": Claim({ADMINISTRATOR}),
    # --- One's own sign-in
    "account_login": Claim(ANYBODY, status=ANY),
    "account_invitation": Claim(ANYBODY, of="invitation", status=ANY),
    "account_inactive": Claim(ANYBODY, NOBODY, status=ANY),
    "set_language": Claim(ANYBODY, status=ANY),
    "account_logout": Claim(ANYBODY, status=ANY),
    "account_reauthenticate": Claim(EVERYBODY, status=ANY),
    "account_change_password": Claim(EVERYBODY, status=ANY),
    "mfa_index": Claim(EVERYBODY, NOBODY, status=ANY),
    "mfa_reauthenticate": Claim(EVERYBODY, status=ANY),
    "mfa_activate_totp": Claim(EVERYBODY, status=ANY),
    "mfa_deactivate_totp": Claim(EVERYBODY, status=ANY),
    "mfa_view_recovery_codes": Claim(EVERYBODY, NOBODY, status=ANY),
    "mfa_generate_recovery_codes": Claim(EVERYBODY, status=ANY),
    "mfa_download_recovery_codes": Claim(EVERYBODY, NOBODY, status=ANY),
    "mfa_list_webauthn": Claim(EVERYBODY, NOBODY, status=ANY),
    "mfa_add_webauthn": Claim(EVERYBODY, status=ANY),
    "mfa_reauthenticate_webauthn": Claim(EVERYBODY, status=ANY),
    "mfa_remove_webauthn": Claim(EVERYBODY, of="passkey", status=ANY),
    "mfa_edit_webauthn": Claim(EVERYBODY, of="passkey", status=ANY),
    # Between the password and the second factor: for nobody who is through, or has not begun.
    "mfa_authenticate": Claim(ANYBODY, status=ANY),
    # --- What Django's admin brings
    "admin:login": Claim(EVERYBODY, status=302),
    "admin:logout": Claim(EVERYBODY, status=302),
    "admin:password_change": Claim(EVERYBODY, status=302),
    "admin:password_change_done": Claim(EVERYBODY, status=302),
    "admin:jsi18n": Claim(EVERYBODY, NOBODY),
    "admin:autocomplete": Claim(NOBODY),
    "admin:view_on_site": Claim(EVERYBODY, of="view on site", status=404),
    # 404 for whoever sees nothing of it.
    "admin:app_list": Claim(EVERYBODY, of="app", status=ANY),
    "/admin/(?P<url>.*)$": Claim(EVERYBODY, of="nothing", status=404),
}

# Pages for readers: the same bytes for a stranger as for every role; GET and HEAD alone.
READERS = {
    *("front-door", "home", "clips", "clip", "testimonies", "testimony", "about", "design"),
    *("neighbourhoods", "neighbourhood", "journalists", "journalist"),
    *("events", "event", "films", "film"),
    *("map", "dates", "year", "month", "day", "permanent", "captions", "media"),
    *("captions-srt", "captions-txt"),
    *("healthz", "robots", "sitemap", "export", "export-description", "exporting"),
    *("data_dictionary", "record-schema", "api_documentation", "embed", "bundle", "suggest"),
    *("api-index", "api-openapi", "api-records", "api-record", "api-search", "api-segments"),
    *("api-authorities", "api-authority", "api-changes", "api-vocabularies"),
    *("feed", "sitemap-pages", "sitemap-records"),
    *("cite-txt", "cite-bib", "cite-ris", "cite-csl.json", "unapi", "oembed"),
    *("iiif", "iiif-film", "iiif-manifest", "iiif-neighbourhood", "iiif-testimonies"),
    *("iiif-captions-search", "iiif-search", "iiif-transcript"),
}
# The same by POST as by GET: harvesters may ask either way.
ASKED_BY_POST = {"oai"}
# Pages for readers that also take a message in, by POST.
INBOX = {"safety", "outcome"}

ACTIONS: dict[str, set[str]] = {
    "footage_clip.publish_selected": PUBLISHERS,
    "footage_testimony.publish_selected": PUBLISHERS,
}
