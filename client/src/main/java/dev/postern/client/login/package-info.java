/**
 * Logging in without static keys: OpenID Connect's authorization code with PKCE on a loopback
 * address, credentials by sts AssumeRoleWithWebIdentity, and the files that keep them.
 */
@org.jspecify.annotations.NullMarked
package dev.postern.client.login;
