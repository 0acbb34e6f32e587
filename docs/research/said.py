"""Who says a word, and at which second: JSON Lines with DuckDB.

من قال كلمة، وفي أي ثانية: ملف JSON Lines مع DuckDB.

    python said.py https://archive.example خبز
"""

import sys
import tempfile
import urllib.request

import duckdb

archive = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
word = sys.argv[2] if len(sys.argv) > 2 else "خبز"

# Fetched once and compressed; the catalogue can then be asked again and again without the network.
# يُنزَّل مضغوطًا مرة واحدة، ثم يُسأل الفهرس ما شئت بلا اتصال.
with tempfile.NamedTemporaryFile(suffix=".jsonl.gz") as file:
    address = f"{archive}/export/clips.jsonl.gz?kind=clip&kind=testimony"
    with urllib.request.urlopen(address) as answer:
        while piece := answer.read(1 << 20):
            file.write(piece)
    file.flush()
    found = duckdb.execute(
        """
        WITH transcript AS (
            SELECT address, unnest(transcripts) AS t
            FROM read_json(?, format = 'newline_delimited', columns = {
                address: 'VARCHAR',
                transcripts: 'STRUCT(language VARCHAR, segments
                    STRUCT(start_s DOUBLE, "text" VARCHAR)[])[]'
            })
        ),
        segment AS (SELECT address, t.language AS language, unnest(t.segments) AS s FROM transcript)
        SELECT address || '?t=' || s.start_s AS moment, language, s.text
        FROM segment WHERE contains(s.text, ?) ORDER BY address, s.start_s, language
        """,
        [file.name, word],
    ).fetchall()

for moment, language, text in found:
    print(f"{moment}\t{language}\t{text}")
print(f"{len(found)} segments")
