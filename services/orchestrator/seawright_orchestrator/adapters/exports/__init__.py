"""What exports touch: folders of Parquet files, archives, the environment's formats, the Hub."""
