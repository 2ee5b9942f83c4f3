"""What Django asks of a ModelAdmin, but for one question that the story's form answers itself."""

from django.contrib.admin.checks import ModelAdminChecks


class StoryChecks(ModelAdminChecks):
    def _check_field_spec_item(self, obj, field_name, label):
        """Instruments and tags have a table of their own between; edit() writes it."""
        if field_name in {"instruments", "tags"}:
            return []
        return super()._check_field_spec_item(obj, field_name, label)
