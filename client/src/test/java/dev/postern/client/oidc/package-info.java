/** An OpenID Connect provider for tests, here and in the stories of the product. */
package dev.postern.client.oidc;
