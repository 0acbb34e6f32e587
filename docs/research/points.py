"""Points for QGIS: GeoJSON through GDAL into a GeoPackage.

نقاط لبرنامج QGIS: ملف GeoJSON عبر GDAL إلى GeoPackage.

    python points.py https://archive.example clips.gpkg

With GDAL's own program / بالبرنامج المرفق مع GDAL:

    ogr2ogr clips.gpkg "https://archive.example/export/clips.geojson"
"""

import sys
import urllib.request

import numpy as np
import pyogrio

archive = sys.argv[1] if len(sys.argv) > 1 else "http://127.0.0.1:8000"
package = sys.argv[2] if len(sys.argv) > 2 else "clips.gpkg"

with urllib.request.urlopen(f"{archive}/export/clips.geojson") as answer:
    meta, _, points, values = pyogrio.raw.read(answer.read())
fields = dict(zip(meta["fields"], values, strict=True))

# A point says where a clip may be shown to be, not where the camera stood: draw it as wide as
# `place_precision` says (a street, a neighbourhood). What is placed no finer than a city has none.
# تقول النقطة أين يجوز أن يُعرض المقطع لا أين وقفت الكاميرا: ارسمها بسعة ما يقوله الحقل
# place_precision (شارع أو حي). وما لا يُحدَّد بأدق من مدينة لا نقطة له.
shown = np.array([point is not None for point in points], dtype=bool)
kept = ["address", "title_en", "title_ar", "filmed", "place_name_ar", "place_precision"]
pyogrio.raw.write(
    package,
    points[shown],
    [fields[name][shown] for name in kept],
    kept,
    geometry_type="Point",
    crs=meta["crs"],
    layer="clips",
    driver="GPKG",
)
print(f"{int(shown.sum())} points, {int((~shown).sum())} clips without one")
