"""What the list of feeds says, as frozen values.

The attributes' descriptions are also those of the JSON Schema that editors show (see `editors`).
Annotations are not postponed here: pydantic reads them when a class is made.
"""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from rules_lib.allowlist.fields import FileVersion
from rules_lib.feedlist.fields import Every, FeedName, FeedPrefix, Flag, Licence, SecretName


class ListedFeed(BaseModel):
    """One feed of the list; the name is enough if rulesync knows the feed.

    Attributes:
        name: the feed's name. It is a folder of the bucket, and part of metrics and messages.
            `rulesync feeds` lists the names that need no url.
        url: where the feed's archive is: an http, https or s3 URL. `%(secret-code)s` in it is
            replaced by the secret, and `%(__version__)s` by the version of the engine.
        secret: where the code is kept that the url needs: the name of an SSM parameter, such as
            /rulesync/et-pro-code, or the ARN of a parameter or of a Secrets Manager secret. Never
            the code itself.
        prefix: begins the names of the feed's categories, before a hyphen. An empty text keeps the
            names of the feed's files.
        every: how often to ask for a new release, such as 6h or 1d; at most as often as the
            stack's FetchSchedule.
        licence: the licence of the feed, for the report.
        checksum: whether the feed's publisher offers an MD5 checksum, as the url with .md5.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: FeedName
    url: str | None = None
    secret: SecretName | None = None
    prefix: FeedPrefix | None = None
    every: Every | None = None
    licence: Licence | None = None
    checksum: Flag | None = None


class FeedList(BaseModel):
    """The whole file.

    Attributes:
        version: of this format; 1 is the only one.
        feeds: the feeds, in the order of their precedence. If two have the same sid, the first
            feed's rule is used.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: FileVersion
    feeds: Annotated[tuple[ListedFeed, ...], Field(min_length=1)]
