"""A service's connection to the object store. Apart from the others: the client takes a tenth of a start to import."""

from contextlib import AsyncExitStack

from rasid.service.settings import ObjectStoreAccess
from rasid.service.tools import Tools
from rasid.storage.objects import ObjectStore


def connect_objects(tools: Tools[ObjectStoreAccess], stack: AsyncExitStack) -> ObjectStore:
    """The object store with the process's own credential."""
    settings = tools.settings
    secret_key = settings.objects_secret_key.get_secret_value()
    objects = ObjectStore(
        settings.objects, settings.objects_access_key, secret_key, connections=settings.objects_connections
    )
    stack.push_async_callback(objects.stop)
    return objects
