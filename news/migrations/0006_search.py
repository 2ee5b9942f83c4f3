import django.db.models.deletion
import news.search.columns
import portal.lib.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    """Search rows are derived: the old ones go, `manage.py reindex` or `tick` writes the new."""

    dependencies = [
        ('news', '0005_front'),
    ]

    operations = [
        migrations.DeleteModel(name='SearchRow'),
        migrations.CreateModel(
            name='SearchRow',
            fields=[
                ('article', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='search_row', serialize=False, to='news.article')),
                ('title', models.TextField(default='')),
                ('place', models.BigIntegerField(unique=True)),
                ('recipe', models.PositiveSmallIntegerField(db_index=True, default=0)),
                ('written_at', models.DateTimeField()),
                ('head', models.TextField(default='')),
                ('words', news.search.columns.WordsField(default='')),
            ],
        ),
        migrations.CreateModel(
            name='SearchWord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('language', portal.lib.fields.LanguageField()),
                ('word', models.CharField(max_length=30)),
                ('front', models.CharField(max_length=2)),
                ('back', models.CharField(max_length=2)),
                ('length', models.PositiveSmallIntegerField()),
                ('stories', models.PositiveIntegerField()),
            ],
            options={
                'indexes': [models.Index(fields=['language', 'front', 'length'], name='search_word_front'), models.Index(fields=['language', 'back', 'length'], name='search_word_back')],
                'constraints': [models.UniqueConstraint(fields=('language', 'word'), name='search_word')],
            },
        ),
        migrations.CreateModel(
            name='Reindexing',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('recipe', models.PositiveSmallIntegerField()),
                ('begun_at', models.DateTimeField()),
                ('reached', models.BigIntegerField(default=0)),
                ('finished_at', models.DateTimeField(null=True)),
            ],
        ),
    ]
