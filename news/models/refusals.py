"""Why something was not done, in words for the person who asked."""

from django.utils.translation import gettext as _


class MoveRefused(Exception):
    """A move or a change was not allowed. `reasons` are sentences to show."""

    def __init__(self, reasons):
        self.reasons = [str(reason) for reason in reasons]
        super().__init__(" ".join(self.reasons))


class ChangedMeanwhile(MoveRefused):
    """The text is no longer the one that the person had before their eyes."""

    def __init__(self, article):
        words = _("“%(headline)s” has been changed since you opened it. Look at it again first.")
        super().__init__([words % {"headline": article.headline}])


class EditConflict(Exception):
    """Somebody has changed the text since version `base`. Nothing was written: `article` is as the
    others left it, `content` is what was to be saved.
    """

    def __init__(self, article, content, base):
        self.article, self.content, self.base = article, content, base
        super().__init__(f"version {article.version}, not {base}")
