"""What runs at a client's: it imports nothing of the services."""
