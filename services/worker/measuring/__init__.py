"""From Pressrun's own rows to blocks of a document. Pure but for ``subjects``, which reads the rows."""
