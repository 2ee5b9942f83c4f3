from django.db import migrations, models
import django.db.models.deletion
import portal.lib.fields

STATUSES = [
    ('draft', 'Draft'), ('review', 'In review'), ('scheduled', 'Scheduled'),
    ('published', 'Published'), ('withdrawn', 'Withdrawn'),
]
COLUMNS = {
    'language': lambda: models.CharField(editable=False, max_length=7, null=True),
    'status': lambda: models.CharField(choices=STATUSES, editable=False, max_length=12, null=True),
    'published_at': lambda: portal.lib.fields.SecondField(editable=False, null=True),
    'expires_at': lambda: portal.lib.fields.SecondField(editable=False, null=True),
}


def index(model, owner, name):
    return migrations.AddIndex(
        model_name=model,
        index=models.Index(
            condition=models.Q(('published_at__isnull', False)),
            fields=[owner, 'language', '-published_at', '-article', 'status', 'expires_at'],
            name=name,
        ),
    )


class Migration(migrations.Migration):
    """Bylines and tags repeat what their lists ask of a story; triggers, made after every
    migration (news/lines.py), write it.
    """

    dependencies = [
        ('news', '0009_hours'),
    ]

    operations = [
        # The table of tags is there: Django made it.
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name='Tagging',
                    fields=[
                        ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                        ('article', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='news.article')),
                        ('tag', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='news.tag')),
                    ],
                    options={
                        'db_table': 'news_article_tags',
                        'default_permissions': (),
                        'unique_together': {('article', 'tag')},
                    },
                ),
                migrations.AlterField(
                    model_name='article',
                    name='tags',
                    field=models.ManyToManyField(blank=True, related_name='+', through='news.Tagging', to='news.tag', verbose_name='tags'),
                ),
            ],
        ),
        *(
            migrations.AddField(model_name=model, name=name, field=field())
            for model in ('byline', 'tagging')
            for name, field in COLUMNS.items()
        ),
        index('byline', 'author', 'byline_newest'),
        index('tagging', 'tag', 'tagging_newest'),
    ]
