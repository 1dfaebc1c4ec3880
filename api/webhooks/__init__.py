"""Changes of alerts, posted to whoever wants them, over the same feed that desks poll.

```
change feed ─▶ a receiver's changes after his cursor ─▶ signed POST ─▶ 2xx: the cursor moves on
                                                                     └─▶ else: again later, from the same cursor
```
"""
