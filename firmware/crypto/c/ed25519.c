// Ed25519 verification (RFC 8032 §5.1.7), cofactorless: S B - k A = R, R compared as bytes, S < L, A decoded leniently.
// Everything is public, so time varies freely.
//
// Any key: halved scalars. With d ≡ ±c k (mod 8L), both of half length, S B - k A = R is asked as
//     (±c S mod L) B - (±c) R - d A = 0.
// The group's exponent is 8L: reducing modulo 8L, not L, makes d A = ±c k A for every A, torsion included; and since c
// is odd and prime to L, c P = 0 only for P = 0. So both questions have one answer. For the second, R must be a point:
// its decoding is strict, which equals the comparison of bytes (an encoding that the strict decoder refuses is no
// output of the encoder). Half the doublings are saved for one more decoding: 20 % in all.
//
// A key known in advance: two combs, one for B and one for -A, and R compared as bytes.

#include "kernel.h"
#include "edwards25519.h"
#include "scalar25519.h"
#include "signed-digits.h"
#include "words.h"

static const Field D = { // -121665 / 121666
	0x135978a3, 0x75eb4dca, 0x4141d8ab, 0x00700a4d, 0x7779e898, 0x8cc74079, 0x2b6ffe73, 0x52036cee};
static const Field D2 = { // 2 d
	0x26b2f159, 0xebd69b94, 0x8283b156, 0x00e0149a, 0xeef3d130, 0x198e80f2, 0x56dffce7, 0x2406d9dc};
static const Field SQRT_MINUS_1 = {
	0x4a0ea0b0, 0xc4ee1b27, 0xad2fe478, 0x2f431806, 0x3dfbd7a7, 0x2b4d0099, 0x4fc1df0b, 0x2b832480};

typedef struct {
	Affine affine;
	Field Z2; // 2 Z
} Cached;

// The combs of a key known in advance (edwards25519.h).
#define KEY_TEETH 6 // 6 × 44 = 264 bits
#define KEY_ROWS 22
#define KEY_ENTRIES (1 << (KEY_TEETH - 1))

typedef struct {
	Affine combs[2][KEY_ENTRIES]; // of -A
	Affine point; // -A
	uint8_t public_key[32];
} Prepared;
_Static_assert(sizeof(Prepared) == BATON_ED25519_PREPARED_BYTES, "kernel.h names its size");

static void hash_to_scalar(
	uint32_t k[8], const uint8_t R[32], const uint8_t A[32], const uint8_t *message, size_t length);
static bool decode(Point *P, const uint8_t bytes[32], bool strict);
static void negate(Point *P);
static void odd_multiples(Cached table[4], const Point *P); // of an affine point
static void add_multiple(Point *P, const Cached table[4], int digit, bool want_t);

static bool load_scalar(uint32_t s[8], const uint8_t bytes[32])
{
	for (int i = 0; i < 8; i++) s[i] = load32_le(bytes + 4 * i);
	return scalar_is_reduced(s);
}

bool baton_ed25519_verify(
	const uint8_t public_key[32], const uint8_t *message, size_t length, const uint8_t signature[64])
{
	uint32_t s[8], k[8], c[8], d[8];
	Point A, R;
	if (!load_scalar(s, signature + 32)) return false;
	if (!decode(&R, signature, true) || !decode(&A, public_key, false)) return false;

	hash_to_scalar(k, signature, public_key, message, length);
	bool negative = scalar_halve(c, d, k);
	scalar_multiply(s, s, c);
	if (negative) scalar_negate(s);
	else negate(&R);
	negate(&A);

	Cached multiples_a[4], multiples_r[4];
	odd_multiples(multiples_a, &A);
	odd_multiples(multiples_r, &R);
	int8_t digits_a[257], digits_r[257];
	int count_a = signed_digits(digits_a, d, 8, 4), count_r = signed_digits(digits_r, c, 8, 4);
	CombBits bits;
	scalar_make_odd(s);
	base_begin(bits, s);

	// Straus: one chain of doublings for all three; the base point's comb joins for its last rows.
	int count = count_a > count_r ? count_a : count_r;
	if (count < BASE_ROWS) count = BASE_ROWS;
	Point sum;
	edwards_zero(&sum);
	for (int i = count - 1; i >= 0; i--) {
		bool base = i < BASE_ROWS;
		if (i < count - 1) edwards_double(&sum, digits_a[i] || digits_r[i] || base);
		if (digits_a[i]) add_multiple(&sum, multiples_a, digits_a[i], digits_r[i] || base);
		if (digits_r[i]) add_multiple(&sum, multiples_r, digits_r[i], base);
		if (base) base_add(&sum, bits, i, false);
	}

	// Zero is X = 0, Y = Z.
	field_subtract(sum.Y, sum.Y, sum.Z);
	return field_is_zero(sum.X) && field_is_zero(sum.Y);
}

bool baton_ed25519_verify_prepared(const uint8_t prepared[BATON_ED25519_PREPARED_BYTES], const uint8_t *message,
	size_t length, const uint8_t signature[64])
{
	const Prepared *key = (const Prepared *)prepared;
	uint32_t s[8], k[8];
	if (!load_scalar(s, signature + 32)) return false;
	hash_to_scalar(k, signature, key->public_key, message, length);

	// A comb needs an odd scalar. B has order L, but A may have any: k + 1 if k is even, and A back at the end.
	bool even = !(k[0] & 1);
	k[0] |= 1;
	scalar_make_odd(s);
	CombBits bits_a, bits_b;
	comb_begin(bits_a, k, KEY_TEETH * 2 * KEY_ROWS);
	base_begin(bits_b, s);

	Point sum;
	edwards_zero(&sum);
	for (int i = KEY_ROWS - 1; i >= 0; i--) {
		bool base = i < BASE_ROWS, last = i == 0 && even;
		if (i < KEY_ROWS - 1) edwards_double(&sum, true);
		comb_add(&sum, key->combs[0], bits_a, i, 2 * KEY_ROWS, KEY_TEETH, true);
		comb_add(&sum, key->combs[1], bits_a, i + KEY_ROWS, 2 * KEY_ROWS, KEY_TEETH, base || last);
		if (base) base_add(&sum, bits_b, i, last);
	}
	if (even) edwards_add(&sum, &key->point, NULL, true, false);

	field_invert_public(sum.Z, sum.Z);
	field_multiply(sum.X, sum.X, sum.Z);
	field_multiply(sum.Y, sum.Y, sum.Z);
	field_freeze(sum.X, sum.X);
	field_freeze(sum.Y, sum.Y);
	sum.Y[7] |= sum.X[0] << 31;
	uint32_t difference = 0;
	for (int i = 0; i < 8; i++) difference |= sum.Y[i] ^ load32_le(signature + 4 * i);
	return difference == 0;
}

/** x, y and 2 d x y of points (X : Y : Z), of which each entry of `comb` holds X, Y, Z: one inversion for all. */
static void make_affine(Affine *entries, int count)
{
	Field products[KEY_ENTRIES]; // Z[0] … Z[i - 1]
	Field inverse, z;
	field_small(inverse, 1);
	for (int i = 0; i < count; i++) {
		field_copy(products[i], inverse);
		field_multiply(inverse, inverse, entries[i].T2d);
	}
	field_invert_public(inverse, inverse);
	for (int i = count - 1; i >= 0; i--) {
		Affine *entry = &entries[i];
		field_multiply(z, inverse, products[i]);
		field_multiply(inverse, inverse, entry->T2d);
		field_multiply(entry->plus, entry->plus, z);
		field_multiply(entry->minus, entry->minus, z);
		field_multiply(entry->T2d, entry->plus, entry->minus);
		field_multiply(entry->T2d, entry->T2d, D2);
		field_add_subtract(entry->plus, entry->minus, entry->minus, entry->plus);
	}
}

static void store_projective(Affine *entry, const Point *P)
{
	field_copy(entry->plus, P->X);
	field_copy(entry->minus, P->Y);
	field_copy(entry->T2d, P->Z);
}

/** Needs T. */
static void cache(Cached *out, const Point *P)
{
	field_add_subtract(out->affine.plus, out->affine.minus, P->Y, P->X);
	field_multiply(out->affine.T2d, P->T, D2);
	field_add(out->Z2, P->Z, P->Z);
}

bool baton_ed25519_prepare(uint8_t prepared[BATON_ED25519_PREPARED_BYTES], const uint8_t public_key[32])
{
	Prepared *key = (Prepared *)prepared;
	Point P, sums[2];
	if (!decode(&P, public_key, false)) return false;
	memcpy(key->public_key, public_key, 32);
	negate(&P);
	store_projective(&key->point, &P);
	make_affine(&key->point, 1);

	// The teeth of the two combs lie KEY_ROWS doublings apart, alternating. Entry j of a comb is its last tooth, plus
	// the teeth whose bit is set in j, minus the others; doubled[half][tooth] turns a minus into a plus.
	Cached doubled[2][KEY_TEETH - 1];
	edwards_zero(&sums[0]);
	edwards_zero(&sums[1]);
	for (int i = 0; i < 2 * KEY_TEETH; i++) {
		int half = i & 1, tooth = i >> 1;
		Cached one;
		cache(&one, &P);
		edwards_add(&sums[half], &one.affine, one.Z2, tooth < KEY_TEETH - 1, true);
		if (i == 2 * KEY_TEETH - 1) break;
		for (int n = 0; n < KEY_ROWS; n++) {
			edwards_double(&P, n == 0 || n == KEY_ROWS - 1);
			if (n == 0 && tooth < KEY_TEETH - 1) cache(&doubled[half][tooth], &P);
		}
	}
	for (int half = 0; half < 2; half++) {
		Affine *comb = key->combs[half];
		store_projective(&comb[0], &sums[half]);
		for (int i = 1; i < KEY_ENTRIES; i++) { // in Gray's order one tooth changes at a time
			int code = i ^ i >> 1, tooth = 0;
			while (!(i >> tooth & 1)) tooth++;
			bool minus = !(code >> tooth & 1);
			edwards_add(&sums[half], &doubled[half][tooth].affine, doubled[half][tooth].Z2, minus, true);
			store_projective(&comb[code], &sums[half]);
		}
		make_affine(comb, KEY_ENTRIES);
	}
	return true;
}

/** k = SHA-512(R ‖ A ‖ message) mod L. */
static void hash_to_scalar(
	uint32_t k[8], const uint8_t R[32], const uint8_t A[32], const uint8_t *message, size_t length)
{
	BatonSha512 state;
	uint8_t hash[64];
	uint32_t wide[16];
	baton_sha512_begin(&state);
	baton_sha512_update(&state, R, 32);
	baton_sha512_update(&state, A, 32);
	baton_sha512_update(&state, message, length);
	baton_sha512_end(&state, hash);
	for (int i = 0; i < 16; i++) wide[i] = load32_le(hash + 4 * i);
	scalar_reduce(k, wide);
}

/**
 * RFC 8032 §5.1.3. Gives T too. Strict: refuses y ≥ p, and x = 0 with sign 1 (its steps 1 and 4). Lenient: takes y
 * modulo p, and -0 as 0.
 */
static bool decode(Point *P, const uint8_t bytes[32], bool strict)
{
	uint32_t sign = bytes[31] >> 7;
	Field u, v, x, t;
	field_load(P->Y, bytes);
	if (strict) {
		field_freeze(t, P->Y);
		if (memcmp(t, P->Y, sizeof t) != 0) return false;
	}
	field_small(P->Z, 1);
	field_square(u, P->Y);
	field_multiply(v, u, D);
	field_subtract(u, u, P->Z); // u = y^2 - 1
	field_add(v, v, P->Z); // v = d y^2 + 1

	field_square(t, v);
	field_multiply(t, t, v);
	field_multiply(x, t, u); // u v^3
	field_square(t, t);
	field_multiply(t, t, v);
	field_multiply(t, t, u); // u v^7
	field_power_2_252_3(t, t); // (u v^7)^((p - 5) / 8)
	field_multiply(x, x, t);

	field_square(t, x);
	field_multiply(t, t, v); // v x^2 = u, or -u, or u is no square
	field_add_subtract(v, t, t, u);
	if (!field_is_zero(t)) {
		if (!field_is_zero(v)) return false;
		field_multiply(x, x, SQRT_MINUS_1);
	}
	field_freeze(x, x);
	field_copy(P->X, x);
	field_small(t, 0);
	if (strict && sign && memcmp(x, t, sizeof x) == 0) return false;
	if ((x[0] & 1) != sign) field_subtract(P->X, t, x);
	field_multiply(P->T, P->X, P->Y);
	return true;
}

static void negate(Point *P)
{
	Field zero;
	field_small(zero, 0);
	field_subtract(P->X, zero, P->X);
	field_subtract(P->T, zero, P->T);
}

/** P, 3 P, 5 P, 7 P, for Z = 1. Needs T. */
static void odd_multiples(Cached table[4], const Point *P)
{
	Point sum = *P;
	Cached two;
	edwards_double(&sum, true);
	cache(&two, &sum);
	sum = *P;
	cache(&table[0], &sum);
	for (int i = 1; i < 4; i++) {
		edwards_add(&sum, &two.affine, two.Z2, false, true);
		cache(&table[i], &sum);
	}
}

static void add_multiple(Point *P, const Cached table[4], int digit, bool want_t)
{
	int i = (digit < 0 ? -digit : digit) >> 1;
	edwards_add(P, &table[i].affine, i > 0 ? table[i].Z2 : NULL, digit < 0, want_t);
}
