from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0006_withdrawn_by_id")]

    operations = [
        migrations.RemoveIndex("publicrecord", "publicrecord_filmed"),
        migrations.AddIndex(
            "publicrecord",
            models.Index(
                fields=["kind", "filmed_from", "filmed_to", "filmed_certain"],
                condition=models.Q(("withdrawn_at__isnull", True)),
                name="publicrecord_filmed",
            ),
        ),
        migrations.AddIndex(
            "publicrecord",
            models.Index(
                fields=["kind", "id", "filmed_from", "filmed_to", "filmed_certain"],
                condition=models.Q(("withdrawn_at__isnull", True)),
                name="publicrecord_by_publication",
            ),
        ),
    ]
