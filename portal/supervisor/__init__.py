"""`dcp up`: starts, watches and stops the processes of one node."""
