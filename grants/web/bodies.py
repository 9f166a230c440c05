"""Bodies of forms: how many fields one may have is counted before any of them is taken apart."""

import io
from typing import Any

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser

MOST_FIELDS = 2000
"""No form of ours has a quarter as many."""


class TooManyFields(RequestEntityTooLarge):
    """A form has more fields than any of ours."""


class CountedFormParser(FormDataParser):
    """Werkzeug counts the parts of a multipart form only; this counts every form's."""

    def _parse_urlencoded(self, stream: Any, mimetype: str, content_length: int | None, options: Any) -> Any:
        body = stream.read()
        if body.count(b"&") >= MOST_FIELDS:
            raise TooManyFields
        return super()._parse_urlencoded(io.BytesIO(body), mimetype, content_length, options)

    def _parse_multipart(self, stream: Any, mimetype: str, content_length: int | None, options: Any) -> Any:
        try:
            return super()._parse_multipart(stream, mimetype, content_length, options)
        except RequestEntityTooLarge as error:
            limit = self.max_content_length
            if content_length is None or (limit is not None and content_length > limit):
                raise
            raise TooManyFields from error
