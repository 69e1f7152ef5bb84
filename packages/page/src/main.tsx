import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError } from "./api/ask.ts";
import { createPageRouter } from "./router.tsx";
import { applyTheme } from "./shell/theme.ts";
import "./style.css";

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      // A refusal stays one; a worker that does not answer is asked again.
      retry: (count, error) => count < 3 && !(error instanceof ApiError && error.status !== null && error.status < 500),
      staleTime: 1_000,
    },
  },
});

applyTheme();
const place = document.getElementById("page");
if (place !== null)
  createRoot(place).render(
    <StrictMode>
      <QueryClientProvider client={queries}>
        <RouterProvider router={createPageRouter()} />
      </QueryClientProvider>
    </StrictMode>,
  );
