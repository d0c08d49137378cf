/*
 * One exchange: sasl.c chooses and drives, sasl_simple.c and scram.c are the
 * mechanisms.
 */
#ifndef ETUI_NET_SASL_INT_H
#define ETUI_NET_SASL_INT_H

#include "net/sasl.h"

#define SASL_CHALLENGE_MAX (64 * 1024)
#define SASL_ANSWER_MAX    (64 * 1024)
/* Fewer rounds would let whoever listens guess the password too easily; more
 * would let the server keep us busy. */
#define SCRAM_ROUNDS_MIN 4096
#define SCRAM_ROUNDS_MAX 1000000
#define SCRAM_SALT_MAX   1024
#define SCRAM_NONCE_MAX  1024

struct scram;

struct sasl_mech {
	const char *name;
	bool client_first;
	bool token;
	bool reveals; /* whoever listens has the secret */
	const char *digest;
	/* step counts from 0; as sasl_step() */
	int (*step)(struct sasl *s, const char *challenge, size_t n,
	    struct buf *out, struct err *e);
};

struct sasl {
	const struct sasl_mech *mech;
	char *user, *host;
	uint16_t port;
	struct secret secret;
	int step;
	bool over;   /* no further challenge has an answer */
	char *error; /* the server's, cleaned */
	struct scram *scram;
};

int plain_step(
    struct sasl *s, const char *c, size_t n, struct buf *out, struct err *e);
int login_step(
    struct sasl *s, const char *c, size_t n, struct buf *out, struct err *e);
int cram_step(
    struct sasl *s, const char *c, size_t n, struct buf *out, struct err *e);
int external_step(
    struct sasl *s, const char *c, size_t n, struct buf *out, struct err *e);
int xoauth2_step(
    struct sasl *s, const char *c, size_t n, struct buf *out, struct err *e);
int oauthbearer_step(
    struct sasl *s, const char *c, size_t n, struct buf *out, struct err *e);
int scram_step(
    struct sasl *s, const char *c, size_t n, struct buf *out, struct err *e);

int scram_new(struct sasl *s, struct err *e) MUST_CHECK;
void scram_free(struct scram *c);
bool scram_verified(const struct scram *c);
/* For tests: the RFCs' examples have their own nonce, and the exchange of the
 * mechanism number `which` (from the last digit) for ann, password "pencil". */
void scram_set_nonce(struct sasl *s, const char *nonce);
struct sasl *sasl_example(uint8_t which, const char *nonce);

/* Appends a user's name with "," and "=" escaped (RFC 5802 saslname). */
void sasl_put_name(struct buf *out, const char *name);
/* Keep the server's error text for sasl_error(). */
void sasl_keep_error(struct sasl *s, const char *p, size_t n);
int sasl_unexpected(const struct sasl *s, struct err *e);

#endif
