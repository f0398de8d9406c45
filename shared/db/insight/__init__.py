"""What Pressrun knows of its own work, as figures. Reads only.

Every query takes a ``View``: whose rows, from when to when. ``view.for_`` is the one way to get one,
and gives everybody's rows to an administrator alone.
"""
