"""A notebook's kernel for the browser tests: real widgets, messages as lines of JSON.

Each line that comes in is {"view": arguments of Scan.view}, {"to": comm, "content": ...}, or
{"close": comm}; each that goes out is a message of a comm.
"""

from __future__ import annotations

import base64
import json
import sys
from typing import Any

import comm
from comm.base_comm import BaseComm

import gtrack


class Line(BaseComm):
    """A comm whose messages are printed."""

    def publish_msg(
        self, msg_type: str, data: Any = None, metadata: Any = None, buffers: Any = None, **_: Any
    ) -> None:
        """Print a message."""
        sent = [base64.b64encode(each).decode() for each in buffers or ()]
        message = {"type": msg_type, "comm": self.comm_id, "data": data, "buffers": sent}
        sys.stdout.write(json.dumps(message, default=str) + "\n")
        sys.stdout.flush()


comm.create_comm = lambda *_, **given: Line(**given)
scan = gtrack.open_scan(sys.argv[1])
widgets: dict[str, Any] = {}
for line in sys.stdin:
    asked = json.loads(line)
    if "view" in asked:
        widget = scan.view(**asked["view"])
        widgets[widget.model_id] = widget
    elif "close" in asked:
        widgets.pop(asked["close"]).close()
    elif asked["to"] in widgets:  # a page may ask what was closed since
        data = {"method": "custom", "content": asked["content"]}
        widgets[asked["to"]].comm.handle_msg({"content": {"data": data}, "buffers": []})
