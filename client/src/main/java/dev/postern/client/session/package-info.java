/** One session seen from the person's side, shared by the plugin and the postern command. */
@org.jspecify.annotations.NullMarked
package dev.postern.client.session;
