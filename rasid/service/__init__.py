"""What every service is made of: the same parts, put together the same way. A service's `app.py` says what differs.

It knows what a service is, and none of them.
"""
