"""The set-up makes the indexes of every service there is."""

import importlib
import pkgutil

import services
from tools.deployment.service_indexes import SERVICES


def test_no_service_with_a_database_is_forgotten():
    names = {module.name for module in pkgutil.iter_modules(services.__path__)}
    with_indexes = {name for name in names if importlib.util.find_spec(f"services.{name}.indexes")}
    assert with_indexes == {settings.__module__.split(".")[1] for settings, _ in SERVICES}
    for name in names:
        settings = importlib.import_module(f"services.{name}.settings")
        has_database = any("database" in getattr(one, "model_fields", {}) for one in vars(settings).values())
        assert has_database == (name in with_indexes)


def test_an_index_is_declared_once_and_each_database_is_one_services():
    for _, indexes in SERVICES:
        declared = [(index.collection, tuple(index.keys)) for index in indexes]
        assert len(declared) == len(set(declared))
    databases = [settings.model_fields["database"].default for settings, _ in SERVICES]
    assert len(databases) == len(set(databases))
