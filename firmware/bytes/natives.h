// The C functions of the byte layer that JavaScript reaches, NATIVE(name, parameters): their shapes are in c.ts, their
// bodies in bytes-binding.c. Boards without the Moddable SDK make their table for `native(name)` of this.

NATIVE(xs_baton_bytes_are, 2)
NATIVE(xs_baton_bytes_ascii, 2)
NATIVE(xs_baton_bytes_compare, 2)
NATIVE(xs_baton_bytes_copy, 3)
NATIVE(xs_baton_bytes_crc32, 2)
NATIVE(xs_baton_bytes_der_end, 4)
NATIVE(xs_baton_bytes_der_identifier, 3)
NATIVE(xs_baton_bytes_equal, 2)
NATIVE(xs_baton_bytes_equal_secrets, 2)
NATIVE(xs_baton_bytes_join, 2)
NATIVE(xs_baton_bytes_latin1, 3)
NATIVE(xs_baton_bytes_span, 3)
