from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('footage', '0008_basis_told_where_exact'),
    ]

    operations = [
        migrations.AlterField(
            model_name='clip',
            name='filmed_basis',
            field=models.CharField(blank=True, help_text="Readers will see this. Whether the device's clock or the journalist said it they learn only where the day is shown.", max_length=40, verbose_name='how we know when'),
        ),
        migrations.AlterField(
            model_name='historicalclip',
            name='filmed_basis',
            field=models.CharField(blank=True, help_text="Readers will see this. Whether the device's clock or the journalist said it they learn only where the day is shown.", max_length=40, verbose_name='how we know when'),
        ),
    ]
