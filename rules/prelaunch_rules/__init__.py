"""The rules that come with prelaunch."""
