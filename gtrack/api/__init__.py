"""What ``import gtrack`` gives: functions and results for scripts and notebooks.

One module per noun, so that reading a scan loads no torch. ``gtrack.__init__`` lists the names; more
may be added, but none is changed or taken away.
"""
