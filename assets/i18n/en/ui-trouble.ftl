# What went wrong and what to do.
trouble-unknown = Something went wrong: try again, then ask the supervisor.
