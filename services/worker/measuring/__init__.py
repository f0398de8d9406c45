"""From Pressrun's own rows to blocks of a document: each subject's ``read`` gathers rows, all else is pure."""
