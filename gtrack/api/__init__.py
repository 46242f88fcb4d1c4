"""What ``import gtrack`` gives: functions and results for scripts and notebooks.

One module per noun, so that reading a scan loads no torch. ``gtrack`` itself lists the names: later
versions may add some; they change none and take none away.
"""
