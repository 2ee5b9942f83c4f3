from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('news', '0007_addresses'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='article',
            index=models.Index(condition=models.Q(('translation_of__isnull', False)), fields=['-modified_at'], name='article_translations'),
        ),
    ]
