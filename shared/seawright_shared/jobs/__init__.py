"""The job kit: durable jobs with lease and fence, outbox, doorbell, sweeper, dead letters."""
