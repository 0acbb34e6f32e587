"""The one row that counts changes."""

from typing import Any

from django.db import migrations


def add_the_row(apps: Any, schema_editor: Any) -> None:
    apps.get_model("catalogue", "PublicState").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0001_initial")]
    operations = [migrations.RunPython(add_the_row, migrations.RunPython.noop)]
