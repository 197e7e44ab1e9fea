"""What every process needs: settings, time, ids, logs, metrics, health and an orderly way to run and stop."""
