"""The one door between the workshop and the public catalogue.

`publish`, `revise`, `reinstate`, `renew_copies`, `narrow`, `withdraw` and `publish_authority` are
the only writers of the catalogue: one transaction each, no queue between decision and effect.
Whatever only takes away (`narrow`, `silence_carriers`) may run by itself; whatever adds is the act
of a named person.
"""

from footage.publishing.audit import Finding, audit_public
from footage.publishing.authorities import names_in_public, publish_authority
from footage.publishing.describe import describe
from footage.publishing.foreseeing import Foreseen, foresee
from footage.publishing.foretelling import consequences
from footage.publishing.giveaways import Giveaway, giveaways, undecided
from footage.publishing.likeness import take_link_away
from footage.publishing.naming import earlier_names_said, said_elsewhere
from footage.publishing.narrowing import (
    kept_by_decision,
    listen,
    narrow,
    narrow_lapsed,
    protect,
    silence_carriers,
)
from footage.publishing.reasons import PUBLISH, NotPublishable, Reason, reasons_against
from footage.publishing.renewal import outdated_copies, renew_copies
from footage.publishing.verbs import (
    agreed_reinstatement,
    differs,
    publish,
    reasons_for_act,
    reinstate,
    revise,
    state_of,
    withdraw,
)

__all__ = [
    "PUBLISH",
    "Finding",
    "Foreseen",
    "Giveaway",
    "NotPublishable",
    "Reason",
    "agreed_reinstatement",
    "audit_public",
    "consequences",
    "describe",
    "differs",
    "earlier_names_said",
    "foresee",
    "giveaways",
    "kept_by_decision",
    "listen",
    "names_in_public",
    "narrow",
    "narrow_lapsed",
    "outdated_copies",
    "protect",
    "publish",
    "publish_authority",
    "reasons_against",
    "reasons_for_act",
    "reinstate",
    "renew_copies",
    "revise",
    "said_elsewhere",
    "silence_carriers",
    "state_of",
    "take_link_away",
    "undecided",
    "withdraw",
]
