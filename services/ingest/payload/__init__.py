"""What a post says, before any maker is known: bytes, documents, fields, times. No IO."""
