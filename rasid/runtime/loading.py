"""Imported first by whatever starts a process that serves: until it serves, the garbage collector rests.

What imports and the making of an application leave behind stays for good. To look through it again and again while it
grows is a seventh of a start. `rasid.runtime.serve` lets the collector work again once the process serves.
"""

import gc

gc.disable()
