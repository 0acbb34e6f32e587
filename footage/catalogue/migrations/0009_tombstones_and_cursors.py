from django.db import migrations, models

import footage.catalogue.models

EMPTY = {
    "document__isnull": True,
    "digest": "",
    "filmed_from__isnull": True,
    "filmed_to__isnull": True,
    "filmed_certain": False,
}


def forget_what_they_were(apps, _editor):
    """A tombstone had kept whether it was a clip or a testimony."""
    rows = apps.get_model("catalogue", "PublicRecord").objects
    rows.filter(withdrawn_at__isnull=False).update(kind="clip")


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0008_tombstones_by_reference")]

    operations = [
        migrations.RunPython(forget_what_they_were, migrations.RunPython.noop),
        migrations.AddField(
            "publicstate",
            "secret",
            models.CharField(default=footage.catalogue.models.new_secret, max_length=128),
        ),
        migrations.RemoveConstraint("publicrecord", "publicrecord_withdrawn_is_empty"),
        migrations.AddConstraint(
            "publicrecord",
            models.CheckConstraint(
                condition=models.Q(
                    withdrawn_at__isnull=True, document__isnull=False, withdrawal_reason=""
                )
                | models.Q(withdrawn_at__isnull=False, kind="clip", **EMPTY),
                name="publicrecord_withdrawn_is_empty",
            ),
        ),
    ]
