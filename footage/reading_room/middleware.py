"""Which language a reader is answered in."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware

from footage.reading_room.rendering import is_language_free


class ReaderLanguageMiddleware(LocaleMiddleware):
    """Django's, except that an answer which is the same in every language varies on none.

    Otherwise a shared cache would keep every access copy and every export once for each
    Accept-Language that readers' browsers send.
    """

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if is_language_free(request.path_info):
            return response
        return super().process_response(request, response)
