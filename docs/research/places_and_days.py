"""How much was filmed where, month by month: CSV with pandas.

كم صُوّر في كل حي شهرًا بشهر: ملف CSV مع pandas.

    python places_and_days.py https://archive.example "from=2016-01&to=2016-12"
"""

import sys

import pandas as pd

archive = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
question = sys.argv[2] if len(sys.argv) > 2 else ""

# Everything as text, and only an empty field as missing: "0012" stays, and so does "NA".
# كل شيء نص، والحقل الفارغ وحده مفقود: تبقى "0012" كما هي، وكذلك "NA".
clips = pd.read_csv(
    f"{archive}/export/clips.csv?{question}", dtype=str, keep_default_na=False, na_values=[""]
)
# A whole catalogue also lists what was withdrawn: delete your copies of it.
# الفهرس الكامل يذكر أيضًا ما سُحب: احذف نسخك منه.
withdrawn = clips[clips["withdrawn_at"].notna()]
clips = clips[clips["withdrawn_at"].isna()]

# `filmed` is EDTF and may be a month, a span, doubted or unknown; the bounds are days.
# الحقل filmed بصيغة EDTF، وقد يكون شهرًا أو مدة أو مشكوكًا فيه أو مجهولًا؛ أما الحدّان فيومان.
within = clips["filmed_from"].str[:7] == clips["filmed_to"].str[:7]
known = clips[within & (clips["filmed_certain"] == "true")]
months = known.assign(month=known["filmed_from"].str[:7])
print(months.groupby(["neighbourhood_name_en", "month"]).size().to_string())
unknown = len(clips) - len(known)
print(f"{len(clips)} clips, {unknown} of no certain month, {len(withdrawn)} withdrawn")
