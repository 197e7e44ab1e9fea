"""The one error of the engines."""


class EngineError(Exception):
    """An engine cannot be fetched, started or stopped; `fix` tells the person at the terminal what to do."""

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(f"{problem}\n  To mend it: {fix}")
        self.problem = problem
        self.fix = fix
