from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0007_pages_without_index")]

    operations = [
        migrations.AddIndex(
            "publicrecord",
            models.Index(
                fields=["reference"],
                condition=models.Q(("withdrawn_at__isnull", False)),
                name="publicrecord_tombstones",
            ),
        ),
    ]
