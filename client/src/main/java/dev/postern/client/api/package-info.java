/** How a program of the person's side finds and calls the API. */
@org.jspecify.annotations.NullMarked
package dev.postern.client.api;
