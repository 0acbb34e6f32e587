"""What a reader chose on the page of a clip, as its address says it. Pure.

    show=1          what is behind the gate of a graphic clip; show=muted: without sound, in grey
    data=low        no pictures, the smallest copy; data=full: the opposite, said explicitly
    quality=240     one of `player.QUALITIES`
    t=12,15         seconds from and to; what `moments.read` reads beyond that is understood too

Choices live in addresses, so that they work without scripts, and leave nothing on a device that
says what was watched on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from footage.catalogue import moments
from footage.catalogue.moments import Moment

SHOWN = ("1", "muted")
DATA = ("low", "full")


@dataclass(frozen=True)
class Choice:
    show: str = ""
    data: str = ""
    quality: str = ""
    t: Moment | None = None
    # What stands for the moment in the address, read or not.
    typed: str = ""

    @classmethod
    def read(cls, asked: Mapping[str, str]) -> "Choice":
        """From the parameters of a query. What is no choice is as if it was not asked."""
        show, data, typed = asked.get("show", ""), asked.get("data", ""), asked.get("t", "")
        return cls(
            show if show in SHOWN else "",
            data if data in DATA else "",
            asked.get("quality", ""),
            moments.read(typed),
            typed,
        )

    @property
    def low(self) -> bool:
        return self.data == "low"

    @property
    def muted(self) -> bool:
        return self.show == "muted"

    def pairs(self) -> list[tuple[str, str]]:
        """The parameters of the address, in their order, without the moment."""
        said = (("show", self.show), ("data", self.data), ("quality", self.quality))
        return [(name, value) for name, value in said if value]

    @property
    def kept(self) -> str:
        """The beginning of a query that says where to go on: `show=1&quality=240&`."""
        return "".join(f"{name}={value}&" for name, value in self.pairs())

    def address(self, **changed: Any) -> str:
        """The query that says this choice with some of it changed: `?show=1&t=4#player`."""
        chosen = replace(self, **changed)
        at = f"t={moments.write(chosen.t)}" if chosen.t else ""
        query = f"{chosen.kept}{at}".removesuffix("&")
        return f"?{query}#player"
