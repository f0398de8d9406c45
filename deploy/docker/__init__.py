"""What the images need beside the services."""
