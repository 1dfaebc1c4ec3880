"""Node-RED with the flow that its users store MQTT messages with: what is run, and how it is installed."""
