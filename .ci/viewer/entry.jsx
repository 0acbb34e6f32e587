// Ramp with a player and its transcript, for the manifest that ?manifest= names.
import React from "react";
import { createRoot } from "react-dom/client";
import { IIIFPlayer, MediaPlayer, Transcript } from "@samvera/ramp";
import "video.js/dist/video-js.css";
import "@samvera/ramp/dist/ramp.css";

const manifest = new URLSearchParams(location.search).get("manifest");

createRoot(document.getElementById("viewer")).render(
  <IIIFPlayer manifestUrl={manifest}>
    <MediaPlayer enableFileDownload={false} />
    <Transcript playerID="iiif-media-player" manifestUrl={manifest} transcripts={[]} />
  </IIIFPlayer>,
);
