// The page of a clip or a testimony, made handier. Everything here works without it too: qualities,
// moments and the gate are addresses, and the player is the browser's own.

import { Playing } from "./playing.js";
import { copyButtons, sharing } from "./sharing.js";
import { following } from "./transcript.js";

for (const hidden of document.querySelectorAll("[data-script]")) hidden.hidden = false;
copyButtons();

const players = [];
// One player on the page of a clip; on a testimony's, one beside each part that was recorded apart.
for (const player of document.querySelectorAll(".player")) {
  const element = player.querySelector("video, audio");
  const part = player.closest("[data-part]") ?? document;
  if (element) {
    const playing = new Playing(element, player, part.querySelector("[data-tools]"));
    sharing(playing, part);
    following(playing, part.querySelector("[data-transcript]"));
    moments(playing, player);
    players.push(playing);
  }
}
goOn(players[0]);
// A testimony told in several clips goes on from one to the next, for whoever wants that.
const onward = document.querySelector("[data-onward]");
players.forEach((playing, place) => {
  playing.atEnd = () => onward?.checked && players[place + 1]?.begin();
});
// A transcript whose clip is not shown can be searched all the same.
for (const block of document.querySelectorAll("[data-transcript]")) {
  if (!block.dataset.ready) following(null, block);
}

// Another quality goes on where this one was. The page that comes is told so by a fragment: a
// moment in its query would be what is shared and cited of it.
function goOn(playing) {
  for (const link of document.querySelectorAll("[data-goes-on]")) {
    link.addEventListener("click", () => {
      if (playing?.time > 0) link.hash = `at=${playing.time.toFixed(1)}`;
    });
  }
  const at = /^#at=([\d.]+)$/.exec(location.hash);
  if (!at) return;
  playing?.beginAt(Number(at[1]));
  history.replaceState(history.state, "", "#player");
  document.getElementById("player")?.focus();
}

// Frames and marks lead to their second without loading the page again.
function moments(playing, player) {
  for (const link of player.querySelectorAll("[data-at]")) {
    link.addEventListener("click", (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      playing.goTo(Number(link.dataset.at));
    });
  }
}
