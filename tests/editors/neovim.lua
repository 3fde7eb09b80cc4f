-- Neovim as a user of `prelaunch lsp`: open, see the finding, take the fix, see none. From 0.7 on.
-- PRELAUNCH is the program, FILE the file. Every word of the result goes to standard error, as Lua's print does.
local function drive()
  local file = vim.env.FILE
  vim.cmd("edit " .. vim.fn.fnameescape(file))
  local client = vim.lsp.start_client({
    name = "prelaunch",
    cmd = { vim.env.PRELAUNCH, "lsp" },
    root_dir = vim.fn.fnamemodify(file, ":h"),
  })
  local buffer = vim.api.nvim_get_current_buf()
  vim.lsp.buf_attach_client(buffer, client)
  local function wait(count)
    local done = vim.wait(90000, function()
      return vim.lsp.get_client_by_id(client).initialized and #vim.diagnostic.get(buffer) == count
    end, 20)
    assert(done, "waited in vain for " .. count .. " diagnostics")
  end
  wait(1)
  local found = vim.diagnostic.get(buffer)[1]
  print(string.format("found %d:%d %s\n", found.lnum, found.col, found.code or found.user_data.lsp.code))
  local _, units = vim.str_utfindex(vim.fn.getline(found.lnum + 1), found.col) -- code points, UTF-16 units
  local place = { line = found.lnum, character = units }
  local params = {
    textDocument = vim.lsp.util.make_text_document_params(buffer),
    range = { start = place, ["end"] = place },
    context = { diagnostics = {} },
  }
  local answer = vim.lsp.buf_request_sync(buffer, "textDocument/codeAction", params, 90000)
  local action = answer[client].result[1]
  print("action " .. action.title .. "\n")
  vim.lsp.util.apply_workspace_edit(action.edit, "utf-16")
  wait(0)
  vim.cmd("write")
  print("clean\n")
end
local ok, fault = pcall(drive)
if not ok then
  print("fault " .. tostring(fault) .. "\n")
end
vim.cmd("qa!")
