"""Before Django: what is remembered leaves here, without a request being made of it.

The middleware `Pages` decides, the door repeats. It knows an address once `Pages` has answered it
out of memory, and says the same again to whoever is nobody in particular, while nothing is due: no
look at the topics, no fragment to render. Everything else goes on to Django. So the door never asks
the database, and Django looks after every connection that is opened.
"""

from http.client import responses

from portal import live
from portal.lib import caching

_LINES = {status: f"{status} {words}" for status, words in responses.items()}


class Door:
    """A WSGI application (PEP 3333) in front of another."""

    def __init__(self, application):
        self.application = application

    def __call__(self, environ, start_response):
        found = caching.repeat(environ, live.kept)
        if found is None:
            return self.application(environ, start_response)
        status, headers, body = found
        start_response(_LINES[status], headers)
        return [body]
